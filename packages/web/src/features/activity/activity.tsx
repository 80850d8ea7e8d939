import { useDocumentTitle } from "../../components/use-document-title.ts";
import { texts } from "../../texts/index.ts";
import { ActivityFeed } from "./activity-feed.tsx";

/** The activity of all notes that the user owns. */
export function Activity() {
  useDocumentTitle(texts.activity.title);
  return (
    <>
      <h1 className="mb-6 text-title">{texts.activity.title}</h1>
      <ActivityFeed />
    </>
  );
}
