import { Settings } from "../../features/settings/settings.tsx";

export function SettingsPage() {
  return (
    <main className="h-full overflow-y-auto">
      <div className="mx-auto max-w-[760px] px-4 py-4 md:px-8 md:py-8">
        <Settings />
      </div>
    </main>
  );
}
