// Requests to our own server: the CSRF token from the page, JSON or HTML back.

function csrfToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]").value;
}

export function post(url, body = new FormData(), { signal } = {}) {
  return fetch(url, {
    method: "POST",
    body,
    signal,
    headers: { "X-CSRFToken": csrfToken() },
    credentials: "same-origin",
    // A redirect is the login page: the session has run out, and its HTML is no answer of ours.
    redirect: "manual",
  });
}
