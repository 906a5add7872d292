-- journey_agg, then sessions: number, start, end, events
SELECT customer, session_no AS answer, started_at, ended_at, events
FROM (
  SELECT customer, journey_agg(ts, event) AS journey
  FROM events
  GROUP BY customer
) built, sessions(journey, :'gap')
