-- An independent recount over the exported facts of a scope (table facts, all TEXT):
-- nothing of the program's own counting is used. Links are not applied here; the test
-- data has none in this scope.
SELECT
  (SELECT COUNT(DISTINCT session_id || person_id) FROM facts WHERE verb = 'checked-in') AS registered,
  (SELECT COUNT(DISTINCT person_id) FROM facts WHERE verb = 'checked-in') AS persons,
  (SELECT COALESCE(SUM(MAX(0, heads - here)), 0) FROM (
     SELECT c.session_id,
            json_extract(c.detail, '$.heads') AS heads,
            (SELECT COUNT(DISTINCT i.person_id) FROM facts i WHERE i.verb = 'checked-in' AND i.session_id = c.session_id) AS here
     FROM facts c
     WHERE c.verb = 'counted' AND c.id = (
       SELECT x.id FROM facts x WHERE x.verb = 'counted' AND x.session_id = c.session_id
       ORDER BY json_extract(x.detail, '$.method') = 'tally' DESC, x.at DESC, json_extract(x.detail, '$.heads') LIMIT 1))) AS unregistered,
  (SELECT COUNT(DISTINCT person_id || object) FROM facts WHERE verb = 'finished' AND person_id <> '') AS lessons_known,
  (SELECT COUNT(DISTINCT run || object) FROM facts WHERE verb = 'finished' AND person_id = '') AS lessons_visitor,
  (SELECT COUNT(DISTINCT CASE WHEN person_id <> '' THEN person_id ELSE run END || object) FROM facts
     WHERE verb = 'practised' AND json_extract(detail, '$.outcome') = 'done'
       AND json_extract(detail, '$.hints') = 0 AND json_extract(detail, '$.helped') = 0
       AND json_extract(detail, '$.mode') IN ('unaided', 'changed')) AS practices_alone,
  (SELECT COALESCE(SUM(json_extract(detail, '$.minutes')), 0) FROM facts WHERE verb = 'attended') AS live_minutes
