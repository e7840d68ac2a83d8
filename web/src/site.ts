import "./icons/seal.svg?url&no-inline";
import "./styles/site.css";

const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const YEAR = 31_536_000;

function current(): string {
  return root.dataset["theme"] ?? (dark.matches ? "dark" : "light");
}

/** The choice is a cookie so that the server writes it into the next page: no flash of the other. */
function wireThemeSwitch(button: HTMLButtonElement): void {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = current() === "dark" ? "light" : "dark";
    root.dataset["theme"] = next;
    document.cookie = `cs_theme=${next}; Path=/; Max-Age=${YEAR}; SameSite=Lax`;
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]")) {
  wireThemeSwitch(button);
}
