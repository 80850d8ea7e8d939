import { Activity } from "../../features/activity/activity.tsx";

export function ActivityPage() {
  return (
    <main className="relative h-full overflow-y-auto">
      <div className="mx-auto max-w-[760px] px-4 py-4 md:px-8 md:py-8">
        <Activity />
      </div>
    </main>
  );
}
