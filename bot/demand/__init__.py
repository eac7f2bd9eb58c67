"""Demand as the planner needs it: what people wish for, miss and complain of, week by week."""
