-- The most memory this backend has had, in kB, without shared buffers.
SELECT substring(status FROM 'VmHWM:\s+(\d+)')::bigint - substring(status FROM 'RssShmem:\s+(\d+)')::bigint
FROM pg_read_file('/proc/self/status') AS status;
