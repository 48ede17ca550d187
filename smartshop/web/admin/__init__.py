"""The admin: dashboard, customers, segments, churn, value, reports, models, jobs."""
