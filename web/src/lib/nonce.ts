// Must be imported before media-chrome: its shadow styles carry the page's nonce (vite.config.ts).
declare global {
  var pageNonce: string | undefined;
}

globalThis.pageNonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

export {};
