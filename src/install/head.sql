-- Assembled from src/install; edit there.
\echo Use "CREATE EXTENSION journey" to load this file. \quit
