-- What a report can be about: tours, stops and sessions, the newest first.
SELECT * FROM (
    SELECT 'tour' AS kind, t.id AS id, t.name AS title, c.name AS venue, '' AS venue_id, t.city_id AS city_id, t.created_at AS starts_at, '' AS day
    FROM tours t JOIN cities c ON c.id = t.city_id ORDER BY t.created_at DESC, t.id LIMIT 300) tours
UNION ALL
SELECT * FROM (
    SELECT 'stop', p.id, p.name, c.name, '', p.city_id, p.created_at, p.first_day
    FROM stops p JOIN cities c ON c.id = p.city_id ORDER BY p.first_day DESC, p.id LIMIT 300) stops
UNION ALL
SELECT * FROM (
    SELECT 'session', s.id, s.title, v.name, v.id, v.city_id, s.starts_at, ''
    FROM sessions s JOIN venues v ON v.id = s.venue_id ORDER BY s.starts_at DESC, s.id LIMIT 300) sessions
UNION ALL
SELECT * FROM (
    SELECT 'venue', v.id, v.name, c.name, v.id, v.city_id, v.created_at, ''
    FROM venues v JOIN cities c ON c.id = v.city_id ORDER BY v.name, v.id LIMIT 300) venues
UNION ALL
SELECT * FROM (
    SELECT 'city', c.id, c.name, c.province, '', c.id, c.created_at, ''
    FROM cities c ORDER BY c.name, c.id LIMIT 300) cities
