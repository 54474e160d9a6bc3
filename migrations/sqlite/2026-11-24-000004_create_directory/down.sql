DROP TABLE team_users;
DROP TABLE organization_admins;
DROP TABLE organization_users;
DROP TABLE teams;
DROP TABLE organizations;
