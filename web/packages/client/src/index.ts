export * from "./errors.ts";
export * from "./guardian.ts";
export * from "./key.ts";
export * from "./session.ts";
export * from "./sharing.ts";
export type * from "./types.ts";
export * from "./transport.ts";
export { FileUpload } from "./upload.ts";
export * from "./login.ts";
