import { defineConfig, type Plugin } from "vite";

/**
 * media-chrome writes <style> elements into its shadow roots. The pages' policy allows only styles
 * that carry the page's nonce, so the built elements take it from the page (see src/lib/nonce.ts).
 */
function styleNonce(): Plugin {
  return {
    name: "style-nonce",
    transform(code, id) {
      if (!id.includes("/media-chrome/") || !code.includes("<style")) return null;
      const nonced = code.replaceAll(/<style(?=[ >])/g, '<style nonce="${globalThis.pageNonce ?? ""}"');
      return { code: nonced, map: null };
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "/assets/",
  plugins: [styleNonce()],
  build: {
    outDir: "dist",
    assetsDir: "",
    manifest: "manifest.json",
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [
        "src/site.ts",
        "src/watch.ts",
        "src/courtroom.ts",
        "src/scorecard.ts",
        "src/zones.ts",
        "src/view.ts",
        "src/running.ts",
        "src/entries.ts",
        "src/words.ts",
        "src/looks.ts",
        "src/late.ts",
      ],
    },
  },
});
