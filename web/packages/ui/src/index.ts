export * from "./parts.tsx";
