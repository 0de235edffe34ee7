/// <reference types="vite/client" />

declare module "virtual:widget-texts" {
  type Key = "verify" | "verified" | "close" | "title" | "loading" | "required" | "not_started" | "not_loaded";
  const texts: Record<string, Partial<Record<Key, string>>>;
  export { type Key };
  export default texts;
}
