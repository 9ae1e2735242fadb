-- written for 1.18
CREATE TABLE logs (line STRING) WITH (
  'connector' = 'filesystem',
  'path' = '/data/logs',
  'source.path.regex-pattern' = '/data/logs/.*\.log',
  'format' = 'raw'
);
INSERT INTO sink SELECT line FROM logs;

-- to 1.16 1.17
--   refused: option "source.path.regex-pattern" of connector "filesystem" is not supported by Flink <target>
