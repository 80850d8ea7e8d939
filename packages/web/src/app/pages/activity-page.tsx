import { useDocumentTitle } from "../../components/use-document-title.ts";
import { ActivityFeed } from "../../features/activity/activity-feed.tsx";
import { activity as activityTexts } from "../../texts/en/activity.ts";

export function ActivityPage() {
  useDocumentTitle(activityTexts.title);
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto max-w-[760px] px-4 py-4 md:px-8 md:py-8">
        <h1 className="mb-6 text-title">{activityTexts.title}</h1>
        <ActivityFeed />
      </div>
    </main>
  );
}
