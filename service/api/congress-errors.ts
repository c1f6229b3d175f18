/**
 * Symbolic errors of Congress (reference 1.3): number, HTTP status and wire description. Numbers that Congress
 * never sends are left out.
 */
export const congressErrors = {
  executionFailed: { number: 1016, status: 400, description: 'Error in execution procedure' },
  actionSyntax: {
    number: 1017,
    status: 400,
    description: 'Incorrect action syntax. Requires: <service>:<action>',
  },
  argumentSyntax: {
    number: 1018,
    status: 400,
    description: "Incorrect argument syntax. Requires: {'positional': [<args>], 'named': {<key>:<value>,}}",
  },
  unknown: { number: 1000, status: 400, description: 'Unknown error' },
  ruleSyntax: { number: 1002, status: 400, description: 'Syntax error for rule' },
  multipleRules: { number: 1003, status: 400, description: 'Received string representing more than 1 rule' },
  incompleteSimulateArguments: {
    number: 1004,
    status: 400,
    description: 'Simulate requires parameters: query, sequence, action_policy',
  },
  simulateError: { number: 1007, status: 400, description: 'Error in simulate procedure' },
  ruleAlreadyExists: { number: 1008, status: 409, description: 'Rule already exists' },
  policyNameMustBeProvided: {
    number: 1010,
    status: 400,
    description: 'A name must be provided when creating a policy',
  },
  policyKindFixed: { number: 1013, status: 400, description: 'The policy kind cannot be updated' },
  ruleNotPermitted: {
    number: 1019,
    status: 400,
    description: 'Rules not permitted on non persisted policies.',
  },
  policyNotExist: { number: 1020, status: 404, description: 'The specified policy does not exist.' },
  policyAbbreviation: {
    number: 1022,
    status: 400,
    description:
      'The policy abbreviation must be a string and the length of the string must be equal to or less than 5 characters.',
  },
} as const;

export type CongressError = (typeof congressErrors)[keyof typeof congressErrors];

/** Reason phrases as Congress writes them before `::` (reference 1.3, rule 2). */
export const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  413: 'Request Entity Too Large',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
