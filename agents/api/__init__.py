"""The API of people: one's own presence, agents, skills and licences."""
