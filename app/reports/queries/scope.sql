-- What a scope is called and where it lies.
SELECT s.title AS title, v.name AS place, v.id AS venue_id, v.city_id AS city_id
FROM sessions s JOIN venues v ON v.id = s.venue_id WHERE @kind = 'session' AND s.id = @id
UNION ALL
SELECT p.name, c.name, '', p.city_id FROM stops p JOIN cities c ON c.id = p.city_id WHERE @kind = 'stop' AND p.id = @id
UNION ALL
SELECT t.name, c.name, '', t.city_id FROM tours t JOIN cities c ON c.id = t.city_id WHERE @kind = 'tour' AND t.id = @id
UNION ALL
SELECT v.name, c.name, v.id, v.city_id FROM venues v JOIN cities c ON c.id = v.city_id WHERE @kind = 'venue' AND v.id = @id
UNION ALL
SELECT c.name, c.province, '', c.id FROM cities c WHERE @kind = 'city' AND c.id = @id
