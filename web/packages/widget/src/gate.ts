/** Gate keeps a form from being submitted until a verification has filled in its hidden fields. */
export class Gate {
  #root: Node | null = null;

  /**
   * Gate takes the element of the verification. `blocked` reports whether the form may not be submitted, and `refuse`
   * tells the user so.
   */
  constructor(
    private readonly host: HTMLElement,
    private readonly blocked: () => boolean,
    private readonly refuse: () => void,
  ) {}

  /** connect begins to watch the form around the element. It listens first, before the merchant's own handlers. */
  connect(): void {
    this.#root = this.host.getRootNode();
    this.#root.addEventListener("submit", this, true);
  }

  disconnect(): void {
    this.#root?.removeEventListener("submit", this, true);
  }

  handleEvent(event: Event): void {
    if (event.target !== this.host.closest("form") || !this.blocked()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.refuse();
  }

  /** fill puts hidden fields into the element, and so into its form; `fields` without entries removes them. */
  fill(fields: Record<string, string>): void {
    this.host.replaceChildren(
      ...Object.entries(fields).map(([name, value]) => {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        return input;
      }),
    );
  }
}
