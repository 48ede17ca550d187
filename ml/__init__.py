"""Frames and arrays in, results out: a pure library that knows nothing of the shop.

Questions (each a module with ``train(frame, as_of, *, seed=0, ...) -> TrainingResult``):

rfm     How recent, how often, how much: which of eleven segments is a customer in?
churn   Will a customer who bought in the last year buy nothing in the next ninety days?
clv     What will a customer spend in the next twelve months, and when is the next order due?
clusters  Which customers behave alike, and what sets each group apart?

Beside them: cohorts (who came back, by month of the first order), drift (are customers and scores still what they were?)
and explain (exact contributions of what a tree reads).

Shelves the questions stand on, lower ones first: frames, splits, metrics, artifact, results; datasets;
features, purchase_models, risk_models; baselines; churn_models, value_models.
"""
