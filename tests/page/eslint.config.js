import js from "@eslint/js";
import globals from "globals";

/** What would put text of a spec into a page as markup, or take something from a network. */
const FORBIDDEN = [
  ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe"].map((property) => ({
    selector: `MemberExpression[property.name="${property}"]`,
    message: "Text of a spec must stay text: use textContent.",
  })),
  ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker"].map((name) => ({
    selector: `Identifier[name="${name}"]`,
    message: "The page is one file, and asks no network.",
  })),
  { selector: "ExportDefaultDeclaration", message: "The modules are joined into one: only named exports." },
  { selector: "ExportAllDeclaration", message: "The modules are joined into one: only named exports." },
  { selector: "ImportNamespaceSpecifier", message: "The modules are joined into one: import names." },
  { selector: "ImportExpression", message: "The modules are joined into one: import at the top." },
].flat();

export default [
  { ignores: ["**/node_modules/"] },
  js.configs.recommended,
  {
    rules: {
      "arrow-body-style": "error",
      complexity: ["error", 12],
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-len": ["error", { code: 120, ignoreUrls: true }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 120, skipBlankLines: true, skipComments: true }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-shadow": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["cnncost/render/page/assets/script/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: { "no-restricted-syntax": ["error", ...FORBIDDEN] },
  },
  { files: ["tests/page/**/*.js"], languageOptions: { globals: globals.node } },
];
