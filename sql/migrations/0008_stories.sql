-- Stories, copies, and events that give way to others: what store will write and everybody else may read.

CREATE TABLE tocsin.stories (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title              text NOT NULL,
    first_published_at timestamptz NOT NULL,
    last_published_at  timestamptz NOT NULL,
    article_count      integer NOT NULL,
    source_count       integer NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    revised_at         timestamptz NOT NULL DEFAULT now(),
    deleted_at         timestamptz,
    superseded_by      bigint REFERENCES tocsin.stories (id)
);
COMMENT ON TABLE tocsin.stories IS 'One row a story: articles that tell the same happening. Only rows with deleted_at null stand.';
COMMENT ON COLUMN tocsin.stories.id IS 'Identity.';
COMMENT ON COLUMN tocsin.stories.title IS 'Title of its first article.';
COMMENT ON COLUMN tocsin.stories.first_published_at IS 'When its first article came out.';
COMMENT ON COLUMN tocsin.stories.last_published_at IS 'When its newest article came out.';
COMMENT ON COLUMN tocsin.stories.article_count IS 'Articles of the story, copies included.';
COMMENT ON COLUMN tocsin.stories.source_count IS 'Distinct sources that tell it in words of their own: copies not counted.';
COMMENT ON COLUMN tocsin.stories.created_at IS 'When the row was made.';
COMMENT ON COLUMN tocsin.stories.revised_at IS 'When it last changed.';
COMMENT ON COLUMN tocsin.stories.deleted_at IS 'When it was taken into another story; null: it stands.';
COMMENT ON COLUMN tocsin.stories.superseded_by IS 'The story that took it in; null: none.';
CREATE INDEX stories_by_successor ON tocsin.stories (superseded_by) WHERE superseded_by IS NOT NULL;

ALTER TABLE tocsin.articles
    ADD COLUMN story_id bigint REFERENCES tocsin.stories (id) ON DELETE SET NULL,
    ADD COLUMN copy_of bigint REFERENCES tocsin.articles (id) ON DELETE SET NULL,
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD COLUMN corrected_at timestamptz;
CREATE INDEX articles_by_story ON tocsin.articles (story_id) WHERE story_id IS NOT NULL;
CREATE INDEX articles_by_original ON tocsin.articles (copy_of) WHERE copy_of IS NOT NULL;
COMMENT ON COLUMN tocsin.articles.story_id IS 'The story it belongs to; null until that is known.';
COMMENT ON COLUMN tocsin.articles.copy_of IS 'The first article of the same wire text, of which this one is a copy; null: an original.';
COMMENT ON COLUMN tocsin.articles.revision IS 'Which version of it title and text are: 1 as first read, 2 after the first correction.';
COMMENT ON COLUMN tocsin.articles.corrected_at IS 'When its publisher''s last correction was taken over; null: never.';

ALTER TABLE tocsin.candidates
    ADD COLUMN withdrawn_at timestamptz;
COMMENT ON COLUMN tocsin.candidates.withdrawn_at IS 'When its article no longer told it, or told it anew: after a correction, or as a copy; null: it stands.';

ALTER TABLE tocsin.mentions
    ADD COLUMN withdrawn_at timestamptz;
COMMENT ON COLUMN tocsin.mentions.withdrawn_at IS 'When its article no longer told it (a correction); kept as evidence and counted nowhere. Null: it stands.';

ALTER TABLE tocsin.events
    ADD COLUMN superseded_by bigint,
    ADD COLUMN corrected_at timestamptz;
CREATE INDEX events_by_successor ON tocsin.events (superseded_by) WHERE superseded_by IS NOT NULL;
COMMENT ON COLUMN tocsin.events.deleted_at IS 'When it was taken into another event, or no article told it any more; null: it stands.';
COMMENT ON COLUMN tocsin.events.superseded_by IS 'Id of the event that took it in; null with deleted_at set: withdrawn.';
COMMENT ON COLUMN tocsin.events.corrected_at IS 'When a publisher''s correction last changed or withdrew it; null: never.';
COMMENT ON COLUMN tocsin.events.source_count IS 'Distinct sources that tell it in words of their own: copies of one wire text are one.';

CREATE TABLE tocsin.event_revisions (
    event_id   bigint NOT NULL,
    revision   integer NOT NULL,
    reason     text NOT NULL,
    changes    jsonb NOT NULL,
    revised_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, revision),
    CONSTRAINT event_revisions_reason
        CHECK (reason IN ('told', 'corrected', 'withdrawn', 'superseded', 'revived', 'recoded'))
);
COMMENT ON TABLE tocsin.event_revisions IS 'One row a change of an event after it was first stored: why, and what it was before.';
COMMENT ON COLUMN tocsin.event_revisions.event_id IS 'The event.';
COMMENT ON COLUMN tocsin.event_revisions.revision IS 'The event''s revision that the change made; 1 is the event as first stored and has no row.';
COMMENT ON COLUMN tocsin.event_revisions.reason IS 'told (further tellings), corrected or withdrawn (by a publisher''s correction), superseded (taken into another event), revived (stands again), recoded (another codebook).';
COMMENT ON COLUMN tocsin.event_revisions.changes IS 'Each column that changed, with its value before and after: {"source_count": [1, 3]}.';
COMMENT ON COLUMN tocsin.event_revisions.revised_at IS 'When.';
CREATE INDEX event_revisions_by_time ON tocsin.event_revisions USING brin (revised_at);

-- The day of an event may turn out to be another: its row moves to another partition then, and what hangs on it follows.
ALTER TABLE tocsin.alerts
    DROP CONSTRAINT alerts_event_fkey,
    ADD CONSTRAINT alerts_event_fkey FOREIGN KEY (event_date, event_id)
        REFERENCES tocsin.events (event_date, id) ON UPDATE CASCADE ON DELETE CASCADE;
