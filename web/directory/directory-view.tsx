import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { View } from '../parts/view.tsx';
import { myStageHref } from '../route.ts';
import { StageCard } from './stage-card.tsx';
import { useLiveStages } from './use-live-stages.ts';

export function DirectoryView() {
  const { stages, hasMore, isLoadingMore, error, reload, showMore } = useLiveStages();
  return (
    <View title="Live now" intro="Public stages that are on air, newest first.">
      <ErrorNotice error={error} onRetry={reload} />
      {stages === undefined && error === null && <Loading what="Looking who is live…" />}
      {stages?.length === 0 && <NobodyLive />}
      {stages !== undefined && stages.length > 0 && (
        <ul class="stage-cards">
          {stages.map((stage) => (
            <li key={stage.ownerId}>
              <StageCard stage={stage} nowMs={Date.now()} />
            </li>
          ))}
        </ul>
      )}
      {hasMore && (
        <div>
          <Button isPending={isLoadingMore} onClick={showMore}>
            Show more
          </Button>
        </div>
      )}
    </View>
  );
}

function NobodyLive() {
  return (
    <section class="empty">
      <h2>Nobody is live right now</h2>
      <p class="soft">The house is quiet. The first stage on air shows up here by itself.</p>
      <a class="button button-primary" href={myStageHref}>
        Open my stage
      </a>
    </section>
  );
}
