export * from "./brand.ts";
export { App, Merchant, type Host } from "./app.tsx";
export { Flow, type Place } from "./flow.ts";
export { Landing } from "./landing.tsx";
export * from "./model.ts";
