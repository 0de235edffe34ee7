import type { ListAnswer } from "./types.js";

/** Cursors are the parameters of every list. limit is the size of a page, 1 to 100. */
export interface Cursors {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

/** Paged is an object of a list: its cursor is its id, or that of its session. */
type Paged = { id: string } | { session_id: string };

/**
 * List is a list that is being requested. Awaited, it is the page; in `for await`, every object from the page on, page
 * after page. Objects come newest first; with ending_before they come oldest first. No request is sent before.
 */
export class List<Item, Page extends ListAnswer<Item> = ListAnswer<Item>>
implements PromiseLike<Page>, AsyncIterable<Item> {
  readonly #fetch: (cursors: Cursors) => Promise<Page>;
  readonly #cursors: Cursors;
  #first: Promise<Page> | undefined;

  constructor(fetch: (cursors: Cursors) => Promise<Page>, cursors: Cursors = {}) {
    this.#fetch = fetch;
    this.#cursors = cursors;
  }

  then<A = Page, B = never>(
    resolved?: ((page: Page) => A | PromiseLike<A>) | null, rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#page().then(resolved, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Page | B> {
    return this.#page().catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<Page> {
    return this.#page().finally(settled);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const back = this.#cursors.ending_before !== undefined;
    for (let page = await this.#page(); ;) {
      const items = back ? [...page.data].reverse() : page.data;
      yield* items;
      const last = items.at(-1);
      if (!page.has_more || last === undefined) return;
      const cursor = cursorOf(last as Paged);
      page = await this.#fetch(back ? { ending_before: cursor } : { starting_after: cursor });
    }
  }

  /** #page requests the first page, once. */
  #page(): Promise<Page> {
    this.#first ??= this.#fetch(this.#cursors);
    return this.#first;
  }
}

function cursorOf(item: Paged): string {
  return "id" in item ? item.id : item.session_id;
}
