// The checkout. What happens in this browser releases nothing: the order changes when the shop's server gets the signed
// webhook, and this page asks the server.
const checkout = document.getElementById("checkout");
const state = document.getElementById("state");
const texts = {
  waiting: "The order waits for your verification.",
  released: "Paid and released: your ticket is on its way.",
  refused: "The order was refused: you were not verified.",
};

document.getElementById("buy").addEventListener("click", async () => {
  const order = await (await fetch("/api/orders", { method: "POST" })).json();
  const widget = document.createElement("stile-widget");
  widget.setAttribute("session-url", `/api/start-verification?order=${order.id}`);
  widget.setAttribute("confirmation-url", `/api/orders/${order.id}`);
  widget.setAttribute("label", "Verify your age");
  widget.addEventListener("stile:verified", () => (state.textContent = "Waiting for the confirmation from Stile."));
  widget.addEventListener("stile:server-confirmed", () => show(order.id));
  widget.addEventListener("stile:cancel", () => show(order.id));
  widget.addEventListener("stile:error", (event) => {
    state.textContent = event.detail.message;
    if (event.detail.reason === "failed") show(order.id);
  });
  checkout.replaceChildren(widget);
  await show(order.id);
});

async function show(id) {
  const { status } = await (await fetch(`/api/orders/${id}`)).json();
  state.textContent = texts[status];
  state.dataset.status = status;
}
