using System.Text.RegularExpressions;

namespace Conventions.Tests;

/// <summary>What the documents say about the code is still so.</summary>
public sealed partial class DocsTests
{
    [Fact]
    public void Every_test_that_a_document_names_exists()
    {
        var tests = Repository.Files("*Tests.cs", "tests").SelectMany(path => TestMethod().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value).ToHashSet();

        var named = Repository.Files("*.md", "docs").SelectMany(path => NamedTest().Matches(File.ReadAllText(path))).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(tests));
    }

    [Fact]
    public void Every_link_to_a_file_leads_somewhere()
    {
        var broken = from path in Repository.Files("*.md")
                     from match in Link().Matches(File.ReadAllText(path))
                     let target = match.Groups[1].Value.Split('#')[0]
                     where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
                     where !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target))
                     select $"{Path.GetRelativePath(Repository.Root, path)}: {target}";

        Assert.Empty(broken);
    }

    [Fact]
    public void Every_option_is_documented_with_its_default()
    {
        var rows = Repository.Read("docs/configuration.md").Split('\n');

        var options = (from path in Repository.Files("*Options.cs")
                       let code = File.ReadAllText(path)
                       let section = Section().Match(code)
                       where section.Success && section.Groups[1].Value != "EmbeddedClickHouse" // its README lists them
                       from option in Option().Matches(code)
                       let default_ = Default().Match(Spaces().Replace(option.Groups[1].Value.Replace("///", "", StringComparison.Ordinal), " "))
                       select (Name: $"`{section.Groups[1].Value}:{option.Groups[2].Value}`", Default: default_.Groups[1].Value.Trim())).ToList();

        var wrong = from option in options
                    let row = rows.FirstOrDefault(row => row.StartsWith($"| {option.Name} |", StringComparison.Ordinal)) ?? ""
                    where row.Length == 0 || !Comparable(row).Contains(Comparable(option.Default), StringComparison.Ordinal)
                    select $"{option.Name}: default {option.Default}";

        Assert.NotEmpty(options);
        Assert.Empty(wrong);
    }

    /// <summary>The default as it is written in either place, without markup.</summary>
    private static string Comparable(string text) => Tag().Replace(text, "").Replace("`", "", StringComparison.Ordinal).TrimEnd('.');

    [GeneratedRegex(@"public (?:async )?(?:Task|void) ([A-Z]\w+)\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"`([A-Z][a-z]*_\w+_\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("const string Section = \"(\\w+)\"")]
    private static partial Regex Section();

    [GeneratedRegex(@"<summary>((?:(?!</summary>)[\s\S])*?)</summary>\s*(?:\[[^\n]*\]\s*)*public (?!const)[\w?]+ (\w+) \{ get; set; \}")]
    private static partial Regex Option();

    [GeneratedRegex(@"[Dd]efault:? ([^.;]*)")]
    private static partial Regex Default();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("</?c>|<see cref=\"|\"/>")]
    private static partial Regex Tag();
}
