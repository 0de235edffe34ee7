export * from "./errors.ts";
export * from "./session.ts";
export type * from "./types.ts";
export * from "./transport.ts";
