-- Nothing: a transaction that fills a store takes the triggers of memberships away and puts them back.
SELECT 1;
