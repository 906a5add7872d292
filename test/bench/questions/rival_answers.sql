-- the answers of the other engine
SELECT customer, answer FROM rival_answers
