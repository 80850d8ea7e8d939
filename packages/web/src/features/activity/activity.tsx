import { useDocumentTitle } from "../../components/use-document-title.ts";
import { texts } from "../../texts/index.ts";

/** What happened to all notes that one owns. */
export function Activity() {
  useDocumentTitle(texts.activity.title);
  return <h1 className="text-title">{texts.activity.title}</h1>;
}
