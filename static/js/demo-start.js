/* The demo's first page: a door opened in another tab rotates the CSRF token, so each form takes the one that holds now as it is sent. */
document.addEventListener("submit", ({ target }) => {
  const field = target.elements?.csrfmiddlewaretoken;
  const now = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  if (field && now) field.value = now.slice("csrftoken=".length);
}, true);
