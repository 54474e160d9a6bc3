-- One role that makes tables, and one that changes rows alone. As administrator of the server, in the database of the service:
--   psql -d profiled -v owner_password=… -v service_password=… -f roles.sql
CREATE ROLE profiled_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE profiled_service LOGIN PASSWORD :'service_password';
GRANT CREATE, USAGE ON SCHEMA public TO profiled_owner;
GRANT USAGE ON SCHEMA public TO profiled_service;
ALTER DEFAULT PRIVILEGES FOR ROLE profiled_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO profiled_service;
ALTER DEFAULT PRIVILEGES FOR ROLE profiled_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO profiled_service;
