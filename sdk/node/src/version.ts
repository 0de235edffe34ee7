/** version is that of package.json. The user agent states it. */
export const version = "0.1.0";
