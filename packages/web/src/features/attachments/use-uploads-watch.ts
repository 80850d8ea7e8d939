/** Whether the page needs UploadsWatch, which must not miss the first event of the queue. */
export function useUploadsWatch(): boolean {
  return true;
}
