/** Members of this Cognito group may view every stage and moderate it. */
export const MODERATORS_GROUP = 'moderators';
