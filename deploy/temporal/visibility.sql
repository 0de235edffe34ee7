-- Drops the indexes of Temporal's visibility table that neither Stile nor Temporal UI needs; docs/operations.md, "Indexes
-- of Temporal's visibility table", has the effect. Indexes that a later schema of Temporal adds stay. To be run in the
-- database of visibility. Repeating it changes nothing.
--
-- It waits five seconds for a transaction that uses the table, such as a dump, and then fails without a change.
DO $$
DECLARE unused text;
BEGIN
    PERFORM set_config('lock_timeout', '5s', true);
    FOR unused IN SELECT indexname FROM pg_indexes WHERE tablename = 'executions_visibility' AND indexname IN (
        'by_execution_time', 'by_history_length', 'by_history_size_bytes', 'by_execution_duration',
        'by_state_transition_count', 'by_task_queue', 'by_parent_run_id', 'by_root_run_id',
        'by_temporal_change_version', 'by_binary_checksums', 'by_build_ids', 'by_temporal_pause_info',
        'by_temporal_reported_problems', 'by_temporal_workflow_versioning_behavior', 'by_temporal_worker_deployment',
        'by_used_deployment_versions', 'by_batcher_user', 'by_temporal_scheduled_start_time',
        'by_temporal_scheduled_by_id', 'by_temporal_schedule_paused', 'by_temporal_external_payload_size_bytes',
        'by_temporal_external_payload_count', 'by_bool_01', 'by_bool_02', 'by_bool_03', 'by_datetime_01',
        'by_datetime_02', 'by_datetime_03', 'by_double_01', 'by_double_02', 'by_double_03', 'by_int_01', 'by_int_02',
        'by_int_03', 'by_keyword_06', 'by_keyword_07', 'by_keyword_08', 'by_keyword_09', 'by_keyword_10',
        'by_text_01', 'by_text_02', 'by_text_03', 'by_keyword_list_01', 'by_keyword_list_02', 'by_keyword_list_03',
        'by_temporal_bool_01', 'by_temporal_bool_02', 'by_temporal_datetime_01', 'by_temporal_datetime_02',
        'by_temporal_double_01', 'by_temporal_double_02', 'by_temporal_int_01', 'by_temporal_int_02',
        'by_temporal_keyword_01', 'by_temporal_keyword_02', 'by_temporal_keyword_03', 'by_temporal_keyword_04',
        'by_temporal_low_cardinality_keyword_01', 'by_temporal_keyword_list_01', 'by_temporal_keyword_list_02'
    ) LOOP
        EXECUTE format('DROP INDEX %I', unused);
    END LOOP;
END
$$;
