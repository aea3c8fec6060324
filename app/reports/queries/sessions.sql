-- The sessions of a scope, with their places. A cancelled session is listed too: what
-- happened in it before is still a fact.
SELECT s.id, s.title, s.venue_id, s.stop_id, s.starts_at, v.name AS venue, v.city_id
FROM sessions s
JOIN venues v ON v.id = s.venue_id
LEFT JOIN stops p ON p.id = s.stop_id
WHERE (@kind = 'session' AND s.id = @id)
   OR (@kind = 'stop' AND s.stop_id = @id)
   OR (@kind = 'tour' AND p.tour_id = @id)
   OR (@kind = 'venue' AND s.venue_id = @id)
   OR (@kind = 'city' AND v.city_id = @id)
ORDER BY s.starts_at, s.title, s.id
LIMIT 20000
