"""Jobs that can be left, and imports with their rows

Revision ID: a1f0c2d40004
Revises: a1f0c2d40003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d40004"
down_revision = "a1f0c2d40003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_meaning',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False, comment='导入内容'),
    sa.Column('field', sa.String(length=40), nullable=False, comment='栏目'),
    sa.Column('word', sa.String(length=120), nullable=False, comment='表中写法'),
    sa.Column('meaning', sa.String(length=120), nullable=False, comment='系统取值'),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_import_meaning_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_meaning')),
    sa.UniqueConstraint('account_id', 'kind', 'field', 'word', name=op.f('uq_import_meaning_account_id_kind_field_word'))
    )
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False, comment='类别'),
    sa.Column('title', sa.String(length=120), nullable=False, comment='任务'),
    sa.Column('arguments', sa.JSON(), nullable=False, comment='参数'),
    sa.Column('home', sa.String(length=200), nullable=False, comment='完成后查看'),
    sa.Column('state', sa.String(length=20), nullable=False, comment='状态'),
    sa.Column('sentence', sa.String(length=500), nullable=False, comment='说明'),
    sa.Column('result', sa.String(length=120), nullable=False, comment='结果文件'),
    sa.Column('asked_at', sa.DateTime(), nullable=False, comment='提出时间'),
    sa.Column('ended_at', sa.DateTime(), nullable=True, comment='结束时间'),
    sa.Column('version', sa.Integer(), nullable=False, comment='版本'),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_job_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    op.create_index(op.f('ix_job_account_id'), 'job', ['account_id'], unique=False)
    op.create_index(op.f('ix_job_state'), 'job', ['state'], unique=False)
    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('kind', sa.String(length=30), nullable=False, comment='导入内容'),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=120), nullable=False, comment='文件'),
    sa.Column('sha256', sa.String(length=64), nullable=False, comment='文件摘要'),
    sa.Column('choices', sa.JSON(), nullable=False, comment='适用'),
    sa.Column('dictionary', sa.String(length=20), nullable=False, comment='模板代码表版本'),
    sa.Column('notes', sa.JSON(), nullable=False, comment='提示'),
    sa.Column('state', sa.String(length=20), nullable=False, comment='状态'),
    sa.Column('total', sa.Integer(), nullable=False, comment='行数'),
    sa.Column('fresh', sa.Integer(), nullable=False, comment='新增'),
    sa.Column('changed', sa.Integer(), nullable=False, comment='变更'),
    sa.Column('unchanged', sa.Integer(), nullable=False, comment='无变化'),
    sa.Column('wrong', sa.Integer(), nullable=False, comment='失败'),
    sa.Column('sentence', sa.String(length=500), nullable=False, comment='说明'),
    sa.Column('created_at', sa.DateTime(), nullable=False, comment='上传时间'),
    sa.Column('committed_at', sa.DateTime(), nullable=True, comment='提交时间'),
    sa.Column('undone_at', sa.DateTime(), nullable=True, comment='撤销时间'),
    sa.Column('version', sa.Integer(), nullable=False, comment='版本'),
    sa.ForeignKeyConstraint(['account_id'], ['ab_user.id'], name=op.f('fk_import_batch_account_id')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_import_batch_job_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch'))
    )
    op.create_index(op.f('ix_import_batch_account_id'), 'import_batch', ['account_id'], unique=False)
    op.create_index(op.f('ix_import_batch_kind'), 'import_batch', ['kind'], unique=False)
    op.create_index(op.f('ix_import_batch_state'), 'import_batch', ['state'], unique=False)
    op.create_table('import_part',
    sa.Column('id', sa.Integer(), nullable=False, comment='编号'),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False, comment='次序'),
    sa.Column('fresh', sa.Integer(), nullable=False, comment='新增'),
    sa.Column('changed', sa.Integer(), nullable=False, comment='变更'),
    sa.Column('unchanged', sa.Integer(), nullable=False, comment='无变化'),
    sa.Column('wrong', sa.Integer(), nullable=False, comment='失败'),
    sa.Column('content', sa.LargeBinary(), nullable=False, comment='内容'),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], name=op.f('fk_import_part_batch_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_part')),
    sa.UniqueConstraint('batch_id', 'place', name=op.f('uq_import_part_batch_id_place'))
    )


def downgrade() -> None:
    op.drop_table('import_part')
    op.drop_index(op.f('ix_import_batch_state'), table_name='import_batch')
    op.drop_index(op.f('ix_import_batch_kind'), table_name='import_batch')
    op.drop_index(op.f('ix_import_batch_account_id'), table_name='import_batch')
    op.drop_table('import_batch')
    op.drop_index(op.f('ix_job_state'), table_name='job')
    op.drop_index(op.f('ix_job_account_id'), table_name='job')
    op.drop_table('job')
    op.drop_table('import_meaning')
