-- With which program each session was opened.
-- In: since, until (half open) and the last row of the page before (after, after_key). Out: one page, oldest first.
SELECT
  session_id, created_on, user_name, authentication_method, client_application_id, client_environment
FROM snowflake.account_usage.sessions
WHERE created_on >= %(since)s::TIMESTAMP_LTZ
  AND created_on < %(until)s::TIMESTAMP_LTZ
  AND (created_on > %(after)s::TIMESTAMP_LTZ OR (created_on = %(after)s::TIMESTAMP_LTZ AND session_id > %(after_key)s))
ORDER BY created_on, session_id
LIMIT %(page_rows)s
