"""The demo: three invented clients, their people, a past month, and a simulator that plays through the public doors."""
