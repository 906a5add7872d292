-- the same in plain SQL, coefficients written out
SELECT customer, 1 / (1 + exp(-(-1 + 0.1 * features[1] + 0.2 * features[2] + 0.3 * features[3] + 0.4 * features[4]
                                   + 0.5 * features[5] + 0.6 * features[6] + 0.7 * features[7] + 0.8 * features[8]))) AS answer FROM features
