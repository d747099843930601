"""The roles of the province, spelled once (REQUIREMENTS §1.0 R1–R10 and the three administrators)."""

from __future__ import annotations

APPLICANT = "申报人"
UNIT_OFFICER = "单位经办人"
BUREAU_OFFICER = "主管部门经办人"
DISTRICT_OFFICER = "县市区人社经办人"
CITY_OFFICER = "市州人社经办人"
COMMITTEE_OFFICE = "评委会办事机构"
EXPERT = "评委"
HRSS_CONFIG = "省厅配置岗"
HRSS_AUDIT = "省厅审核岗"
HRSS_SPECIAL = "省厅特殊方案审核岗"
HRSS_CERT = "省厅证书岗"
LEADER = "领导"
SUPERVISOR = "纪检监察"
SYSTEM_ADMIN = "系统管理员"
SECURITY_ADMIN = "安全管理员"
AUDIT_ADMIN = "审计管理员"
SYSTEM = "系统"

#: Everybody who audits on a path between the unit and the committee or final organisation.
AUDITORS = (BUREAU_OFFICER, DISTRICT_OFFICER, CITY_OFFICER, HRSS_AUDIT)
#: Everybody who works for an employer or its superior and may recommend applicants.
RECOMMENDERS = (UNIT_OFFICER, BUREAU_OFFICER, DISTRICT_OFFICER, CITY_OFFICER)
HRSS = (HRSS_CONFIG, HRSS_AUDIT, HRSS_SPECIAL, HRSS_CERT)
#: Who reads the statistics, each of his own rows.
STATISTICS = (LEADER, SUPERVISOR, *HRSS, COMMITTEE_OFFICE, CITY_OFFICER, DISTRICT_OFFICER, BUREAU_OFFICER)
#: Who reminds an office of what lies there.
REMINDERS = (LEADER, SUPERVISOR, HRSS_CONFIG, HRSS_AUDIT, CITY_OFFICER, DISTRICT_OFFICER, BUREAU_OFFICER)
THREE_ADMINS = (SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN)
ALL = (
    APPLICANT,
    UNIT_OFFICER,
    BUREAU_OFFICER,
    DISTRICT_OFFICER,
    CITY_OFFICER,
    COMMITTEE_OFFICE,
    EXPERT,
    *HRSS,
    LEADER,
    SUPERVISOR,
    *THREE_ADMINS,
)
