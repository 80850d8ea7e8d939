type Link = { label: string; url: string };

/** The content of a mail: paragraphs, and at most one button. No text of another person is a URL or HTML. */
export type MailText = {
  subject: string;
  /** Before the button. */
  intro: readonly string[];
  button?: Link;
  /** After the button. */
  outro: readonly string[];
  /** A small link below the text. */
  footer?: Link;
};

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const MAX_LINE_LENGTH = 200;

/** Renders plain text and HTML. The HTML loads nothing, so no server learns who reads the mail. */
export function renderMail({ subject, intro, button, outro, footer }: MailText): {
  subject: string;
  text: string;
  html: string;
} {
  const [title, before, after] = [oneLine(subject), intro.map(oneLine), outro.map(oneLine)];
  const end = footer === undefined ? "Valet Key" : `Valet Key\n${footer.label}: ${footer.url}`;
  const quiet = [...after.map(quietParagraph), ...(footer === undefined ? [] : [quietLink(footer)])];
  return {
    subject: title,
    text: `${[...before, ...(button ? [`${button.label}:\n${button.url}`] : []), ...after, `-- \n${end}`].join("\n\n")}\n`,
    html: page(title, [...before.map(paragraph), ...(button ? [link(button)] : []), ...quiet].join("\n")),
  };
}

/** Removes line breaks and other control characters, which could add headers to a mail, and text in another direction. */
export function oneLine(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return clean.length <= MAX_LINE_LENGTH ? clean : `${clean.slice(0, MAX_LINE_LENGTH - 1).toWellFormed()}…`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

const INK = "color:#1c1b19;";
const MUTED = "color:#5f5c56;";

function paragraph(text: string): string {
  return `<p style="margin:0 0 20px;overflow-wrap:anywhere;${INK}">${escapeHtml(text)}</p>`;
}

function quietParagraph(text: string): string {
  return `<p style="margin:0 0 8px;font-size:13px;line-height:20px;${MUTED}">${escapeHtml(text)}</p>`;
}

function link({ label, url }: Link): string {
  const style = "display:inline-block;padding:10px 16px;border-radius:8px;background:#1f6b4a;color:#ffffff;";
  const href = escapeHtml(url);
  return `<p style="margin:0 0 24px"><a href="${href}" style="${style}font-weight:600;text-decoration:none">${escapeHtml(label)}</a></p>`;
}

function quietLink({ label, url }: Link): string {
  const style = `font-size:13px;line-height:20px;${MUTED}`;
  return `<p style="margin:16px 0 0"><a href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a></p>`;
}

/** One column without pictures and scripts. Mail programs ignore style sheets, so each element has its style. */
function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:24px 16px;background:#f6f5f2">
<div style="max-width:520px;margin:0 auto;padding:24px;border:1px solid #e2dfd8;border-radius:8px;background:#ffffff;font:15px/24px -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<p style="margin:0 0 16px;font-size:13px;${MUTED}">Valet Key</p>
${content}
</div>
</body>
</html>
`;
}
