"""Today's plan from a list "compound or building > grid", as a district keeps it in a spreadsheet."""

from gridmap.services.plan_list.answers import Assigned, ListRefused, Order, Sight
from gridmap.services.plan_list.assigning import assign_list

__all__ = ["Assigned", "ListRefused", "Order", "Sight", "assign_list"]
