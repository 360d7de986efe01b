-- What Assay needs to read a Snowflake account, and nothing more. Run once by a person who has the role ACCOUNTADMIN: no
-- other may make a resource monitor. Everything here can be taken back by dropping what it makes.
USE ROLE ACCOUNTADMIN;

-- A role of its own. Database roles of the SNOWFLAKE database open single groups of views; the far wider
-- IMPORTED PRIVILEGES on that database are not needed.
CREATE ROLE IF NOT EXISTS {role} COMMENT = 'Assay reads the account''s own usage views';
GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE {role};                  -- metering, attribution, events, storage
GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE {role};             -- query and access history, sessions
GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE {role};                 -- tables, dependencies, tasks
GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE {role};               -- what is shared with other accounts
GRANT DATABASE ROLE SNOWFLAKE.ORGANIZATION_BILLING_VIEWER TO ROLE {role};   -- the rate sheet; leave out if you have none

-- A small warehouse that stops after a minute and cannot run away: a statement's limit and a monthly quota.
CREATE WAREHOUSE IF NOT EXISTS {role}_WH
    WAREHOUSE_SIZE = XSMALL
    AUTO_SUSPEND = 60
    AUTO_RESUME = TRUE
    INITIALLY_SUSPENDED = TRUE
    STATEMENT_TIMEOUT_IN_SECONDS = 600
    COMMENT = 'Assay''s own queries';
CREATE RESOURCE MONITOR IF NOT EXISTS {role}_MONITOR
    WITH CREDIT_QUOTA = 20 FREQUENCY = MONTHLY START_TIMESTAMP = IMMEDIATELY
    TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND;
ALTER WAREHOUSE {role}_WH SET RESOURCE_MONITOR = {role}_MONITOR;
GRANT USAGE ON WAREHOUSE {role}_WH TO ROLE {role};

-- A service user: no password, no browser, one RSA key. Make the key where Assay runs:
--   openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out assay.p8 && chmod 600 assay.p8
--   openssl rsa -in assay.p8 -pubout
-- and put the lines between BEGIN and END of the public key here.
CREATE USER IF NOT EXISTS {role}_SVC
    TYPE = SERVICE
    DEFAULT_ROLE = {role}
    DEFAULT_WAREHOUSE = {role}_WH
    RSA_PUBLIC_KEY = '<public key>'
    COMMENT = 'Assay signs in as this user';
GRANT ROLE {role} TO USER {role}_SVC;
