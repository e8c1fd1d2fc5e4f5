namespace Analytics.Contracts;

/// <summary>Why an event was refused: a stable code for machines (<see cref="EventErrorCodes"/>) and a sentence for people.</summary>
/// <param name="Code">One of <see cref="EventErrorCodes"/>.</param>
/// <param name="Message">What is wrong and, where it helps, how to put it right.</param>
public readonly record struct EventError(string Code, string Message);
