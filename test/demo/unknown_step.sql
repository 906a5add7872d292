-- The first step of the array :steps that no event meets, as a message; nothing
-- if there is none. A step may be a set, 'a|b'; \| and \\ stand for themselves.
SELECT format('no event is called "%s"; the events are: %s', step,
              (SELECT string_agg(event, ', ') FROM (SELECT event FROM events GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 40) AS e))
FROM unnest(:'steps'::text[]) WITH ORDINALITY AS s(step, step_no)
WHERE NOT EXISTS (SELECT FROM regexp_split_to_table(step, '(?<!\\)[|]') AS name
                  JOIN events ON event = regexp_replace(name, '\\(.)', '\1', 'g'))
ORDER BY step_no LIMIT 1;
