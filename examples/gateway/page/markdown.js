// Shows Markdown. marked reads it and DOMPurify keeps what is harmless of it:
// texts, lists, tables, code and links. Nothing is loaded from anywhere: a
// picture becomes a link. Where they are not installed, text stays text.

const TAGS = ["a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3",
  "h4", "h5", "h6", "hr", "kbd", "li", "ol", "p", "pre", "s", "strong", "sub",
  "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"];
const ATTRIBUTES = ["align", "colspan", "data-language", "href", "rowspan",
  "start", "title"];

// Only whole addresses: others would be paths of the gateway.
const ADDRESSES = /^(?:https?:\/\/|mailto:)/i;

const RULES = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ATTRIBUTES,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: ADDRESSES,
  ADD_URI_SAFE_ATTR: ATTRIBUTES.filter((name) => name !== "href"),
  RETURN_DOM_FRAGMENT: true,
};

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escape(text) {
  return text.replace(/[&<>"]/g, (letter) => escapes[letter]);
}

const renderer = {
  code({ text, lang }) {
    const language = (lang ?? "").match(/^[\w+#.-]*/)[0];
    return `<pre data-language="${escape(language)}"><code>` +
      `${escape(text)}\n</code></pre>\n`;
  },
  image({ href, text }) {
    return `<a href="${escape(href)}">${escape(text || "picture")}</a>`;
  },
  checkbox({ checked }) {
    return checked ? "\u2611 " : "\u2610 ";
  },
};

let marked, purify;

// Loads what it needs. False when that is not there.
export async function load() {
  try {
    const [{ Marked }, { default: DOMPurify }] = await Promise.all([
      import("./libraries/marked.js"), import("./libraries/dompurify.js")]);
    marked = new Marked({ gfm: true, renderer });
    purify = DOMPurify;
  } catch {
    return false;
  }
  purify.addHook("afterSanitizeAttributes", (node) => {
    if (node.tagName === "A" && node.hasAttribute("href")) {
      node.setAttribute("target", "_blank");
      node.setAttribute("rel", "noopener noreferrer");
    }
  });
  return true;
}

function plain(text) {
  const part = document.createElement("p");
  part.className = "plain";
  part.textContent = text;
  return part;
}

// The blocks of a text, each as { raw, show }: `show` makes its nodes. Equal
// `raw` means equal nodes, but for links that are named further down.
export function blocksOf(text) {
  if (!marked) return [{ raw: text, show: () => plain(text) }];
  return marked.lexer(text).filter(({ type }) => type !== "space")
    .map((token) => ({
      raw: token.raw,
      show: () => purify.sanitize(marked.parser([token]), RULES),
    }));
}
