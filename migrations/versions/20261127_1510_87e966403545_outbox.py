"""The outbox (外发消息), what each person has chosen to receive, and the texts as the office words them

Revision ID: 87e966403545
Revises: 3b9c4d7e1a60
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '87e966403545'
down_revision = "5c7d91e8f2b4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message_choice',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False, comment='消息类别'),
    sa.Column('channel', sa.String(length=10), nullable=False, comment='渠道'),
    sa.Column('how', sa.String(length=10), nullable=False, comment='接收方式'),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_message_choice_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_choice')),
    sa.UniqueConstraint('account_id', 'kind', 'channel', name=op.f('uq_message_choice_account_id_kind_channel'))
    )
    op.create_table('message_contact',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('mail', sa.LargeBinary(), nullable=True, comment='电子邮箱'),
    sa.Column('asked_mail', sa.LargeBinary(), nullable=True, comment='待确认的电子邮箱'),
    sa.Column('code_hash', sa.String(length=64), nullable=False, comment='确认码摘要'),
    sa.Column('code_at', sa.DateTime(), nullable=True, comment='确认码发出时间'),
    sa.Column('code_tries', sa.Integer(), nullable=False, comment='确认码填错次数'),
    sa.Column('quiet_from', sa.Integer(), nullable=False, comment='免打扰开始（时）'),
    sa.Column('quiet_until', sa.Integer(), nullable=False, comment='免打扰结束（时）'),
    sa.Column('digest_at', sa.Integer(), nullable=False, comment='每日汇总时间（时）'),
    sa.Column('version', sa.Integer(), nullable=False, comment='版本'),
    sa.CheckConstraint('code_tries >= 0 AND code_tries <= 100', name=op.f('ck_message_contact_code_tries_bounds')),
    sa.CheckConstraint('digest_at >= 0 AND digest_at <= 23', name=op.f('ck_message_contact_digest_at_bounds')),
    sa.CheckConstraint('quiet_from >= 0 AND quiet_from <= 23', name=op.f('ck_message_contact_quiet_from_bounds')),
    sa.CheckConstraint('quiet_until >= 0 AND quiet_until <= 23', name=op.f('ck_message_contact_quiet_until_bounds')),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_message_contact_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_contact')),
    sa.UniqueConstraint('account_id', name=op.f('uq_message_contact_account_id'))
    )
    op.create_table('message_wording',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('kind', sa.String(length=20), nullable=False, comment='消息类别'),
    sa.Column('place', sa.String(length=10), nullable=False, comment='渠道'),
    sa.Column('text', sa.Text(), nullable=False, comment='文本'),
    sa.Column('effective_on', sa.Date(), nullable=False, comment='启用日期'),
    sa.Column('made_at', sa.DateTime(), nullable=False, comment='修订时间'),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['made_by_id'], ['ab_user.id'], name=op.f('fk_message_wording_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_wording'))
    )
    with op.batch_alter_table('message_wording', schema=None) as batch_op:
        batch_op.create_index('ix_message_wording_place', ['kind', 'place', 'effective_on'], unique=False)

    op.create_table('letter',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('key', sa.String(length=40), nullable=False, comment='幂等键'),
    sa.Column('notice_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False, comment='消息类别'),
    sa.Column('channel', sa.String(length=10), nullable=False, comment='渠道'),
    sa.Column('receiver', sa.LargeBinary(), nullable=False, comment='接收地址'),
    sa.Column('subject', sa.String(length=120), nullable=False, comment='主题'),
    sa.Column('text', sa.Text(), nullable=False, comment='外发内容'),
    sa.Column('digest', sa.Boolean(), nullable=False, comment='每日汇总'),
    sa.Column('bundle_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False, comment='产生时间'),
    sa.Column('next_at', sa.DateTime(), nullable=True, comment='下次发送时间'),
    sa.Column('lease_until', sa.DateTime(), nullable=True, comment='占用至'),
    sa.Column('token', sa.String(length=40), nullable=False, comment='占用标记'),
    sa.Column('tries', sa.Integer(), nullable=False, comment='发送次数'),
    sa.Column('last_at', sa.DateTime(), nullable=True, comment='最近发送时间'),
    sa.Column('sent_at', sa.DateTime(), nullable=True, comment='发出时间'),
    sa.Column('arrived_at', sa.DateTime(), nullable=True, comment='送达时间'),
    sa.Column('receipt', sa.String(length=120), nullable=False, comment='回执编号'),
    sa.Column('error', sa.String(length=300), nullable=False, comment='最近未成功原因'),
    sa.Column('state', sa.String(length=20), nullable=False, comment='状态'),
    sa.Column('version', sa.Integer(), nullable=False, comment='版本'),
    sa.CheckConstraint('tries >= 0 AND tries <= 1000', name=op.f('ck_letter_tries_bounds')),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_letter_account_id')),
    sa.ForeignKeyConstraint(['bundle_id'], ['letter.id'], name=op.f('fk_letter_bundle_id')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_letter_notice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('key', name=op.f('uq_letter_key'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index('ix_letter_account', ['account_id', 'channel', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_bundle_id'), ['bundle_id'], unique=False)
        batch_op.create_index('ix_letter_due', ['state', 'next_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_letter_notice_id'), ['notice_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_letter_notice_id'))
        batch_op.drop_index('ix_letter_due')
        batch_op.drop_index(batch_op.f('ix_letter_bundle_id'))
        batch_op.drop_index('ix_letter_account')

    op.drop_table('letter')
    with op.batch_alter_table('message_wording', schema=None) as batch_op:
        batch_op.drop_index('ix_message_wording_place')

    op.drop_table('message_wording')
    op.drop_table('message_contact')
    op.drop_table('message_choice')
