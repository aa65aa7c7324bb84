"""The steps of the email channel: reading, making safe, telling machines from people, fetching and sending."""
